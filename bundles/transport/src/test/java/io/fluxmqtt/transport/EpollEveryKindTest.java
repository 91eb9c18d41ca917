package io.fluxmqtt.transport;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

/** The same on epoll, where its native library loads. */
class EpollEveryKindTest extends EveryKindTest {
  @Override
  Loops loops() {
    assumeTrue(EpollIo.problem() == null, "no epoll here");
    return new Loops(2);
  }
}
