import com.hivemq.embedded.EmbeddedExtension;
import com.hivemq.embedded.EmbeddedHiveMQ;
import com.hivemq.extension.sdk.api.ExtensionMain;
import com.hivemq.extension.sdk.api.auth.SimpleAuthenticator;
import com.hivemq.extension.sdk.api.parameter.ExtensionStartInput;
import com.hivemq.extension.sdk.api.parameter.ExtensionStartOutput;
import com.hivemq.extension.sdk.api.parameter.ExtensionStopInput;
import com.hivemq.extension.sdk.api.parameter.ExtensionStopOutput;
import com.hivemq.extension.sdk.api.services.Services;
import java.nio.file.Path;

/** HiveMQ CE with an extension that lets everybody in, since it refuses all without one. */
public final class HiveMq {
  private HiveMq() {}

  /** Arguments: the folders of configuration, data and extensions. */
  public static void main(String[] arguments) {
    EmbeddedExtension open =
        EmbeddedExtension.builder()
            .withId("open")
            .withName("Lets everybody in")
            .withVersion("1")
            .withExtensionMain(new Open())
            .build();
    EmbeddedHiveMQ.builder()
        .withConfigurationFolder(Path.of(arguments[0]))
        .withDataFolder(Path.of(arguments[1]))
        .withExtensionsFolder(Path.of(arguments[2]))
        .withEmbeddedExtension(open)
        .build()
        .start()
        .join();
  }

  private static final class Open implements ExtensionMain {
    private static final SimpleAuthenticator ANYBODY =
        (input, output) -> output.authenticateSuccessfully();

    @Override
    public void extensionStart(ExtensionStartInput input, ExtensionStartOutput output) {
      Services.securityRegistry().setAuthenticatorProvider(client -> ANYBODY);
    }

    @Override
    public void extensionStop(ExtensionStopInput input, ExtensionStopOutput output) {
      // The process ends.
    }
  }
}
