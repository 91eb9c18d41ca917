package io.fluxmqtt.api.admin;

import java.nio.file.Path;
import java.util.concurrent.CompletionStage;
import org.osgi.annotation.versioning.ProviderType;

/** See and steer a store, while it works. Calls may come from any thread. */
@ProviderType
public interface StoreAdmin {
  /** The store as it is now. May read the sizes of files, briefly. */
  StoreInfo info();

  /**
   * Writes a consistent copy of all that was acknowledged before the call, on a thread of the
   * store, while it goes on. To use it, put it where a data folder has {@code store}. Ends with an
   * {@link java.io.IOException} that says what to do, and leaves nothing behind then.
   *
   * @param folder does not exist; the folder that it is to stand in does
   * @return the folder, with its contents on disk
   */
  CompletionStage<Path> backup(Path folder);

  /**
   * Reads every entry and follows each reference, on a thread of the store, while it goes on.
   * Changes nothing. Ends with an {@link java.io.IOException} if the engine cannot read.
   */
  CompletionStage<StoreCheck> verify();
}
