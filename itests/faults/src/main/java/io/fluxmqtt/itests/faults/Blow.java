package io.fluxmqtt.itests.faults;

import io.fluxmqtt.itests.faults.broker.Victim;

/** A way to end a broker, and what becomes of its files. */
interface Blow extends AutoCloseable {
  /** SIGKILL: what was written is there, synced or not. */
  Blow KILL =
      new Blow() {
        @Override
        public void prepare(Victim victim) {
          // nothing
        }

        @Override
        public String strike(Victim victim) throws InterruptedException {
          victim.kill();
          return "killed";
        }
      };

  /** Before each start. */
  void prepare(Victim victim) throws Exception;

  /** The end of the process. Not long after this is called nobody can hear it any more. */
  String strike(Victim victim) throws Exception;

  /** After {@link #strike}, with nobody connected any more: makes the files what they would be. */
  default String aftermath(Victim victim) throws Exception {
    return "";
  }

  @Override
  default void close() throws Exception {}
}
