import java.nio.file.Path;
import org.apache.activemq.artemis.core.server.embedded.EmbeddedActiveMQ;

/** Artemis from a broker.xml. */
public final class Artemis {
  private Artemis() {}

  /** Argument: the path of broker.xml. */
  public static void main(String[] arguments) throws Exception {
    new EmbeddedActiveMQ().setConfigResourcePath(Path.of(arguments[0]).toUri().toString()).start();
  }
}
