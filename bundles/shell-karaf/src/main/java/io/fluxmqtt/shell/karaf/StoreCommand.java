package io.fluxmqtt.shell.karaf;

import io.fluxmqtt.api.admin.StoreAdmin;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;

/** A command to the store. */
public abstract class StoreCommand extends ServiceCommand<StoreAdmin> {
  StoreCommand() {
    super(StoreAdmin.class, "store");
  }

  /** What the store answers, however long it reads or writes; whoever interrupts does not wait. */
  static <T> T await(CompletionStage<T> answer) throws InterruptedException {
    try {
      return answer.toCompletableFuture().get();
    } catch (ExecutionException e) {
      throw new IllegalStateException(reason(e.getCause()), e.getCause());
    }
  }
}
