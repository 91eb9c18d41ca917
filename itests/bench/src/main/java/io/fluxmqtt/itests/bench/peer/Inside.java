package io.fluxmqtt.itests.bench.peer;

import com.sun.tools.attach.AgentInitializationException;
import com.sun.tools.attach.AgentLoadException;
import com.sun.tools.attach.AttachNotSupportedException;
import com.sun.tools.attach.VirtualMachine;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;

/**
 * What a broker in a JVM knows of itself, asked by {@link InsideAgent}, which the JVM is told to
 * load: the broker stays as it is shipped.
 *
 * @param heapBytes what lives on the heap after full collections
 * @param directBytes what is reserved outside of it for buffers
 * @param dropped messages by reason since the start; empty for brokers other than ours
 */
public record Inside(long heapBytes, long directBytes, Map<String, Long> dropped) {
  private static final String DROPPED = "dropped.";

  /** Messages dropped for whatever reason. */
  public long allDropped() {
    return dropped.values().stream().mapToLong(Long::longValue).sum();
  }

  /** Asks the JVM with this process id; writes into a folder meanwhile. */
  static Inside of(long pid, Path folder) throws IOException {
    Path jar = folder.resolve("inside.jar");
    Path answer = folder.resolve("inside.txt");
    writeAgent(jar);
    Files.deleteIfExists(answer);
    try {
      VirtualMachine machine = VirtualMachine.attach(String.valueOf(pid));
      try {
        machine.loadAgent(jar.toString(), answer.toString());
      } finally {
        machine.detach();
      }
    } catch (AttachNotSupportedException | AgentLoadException | AgentInitializationException e) {
      throw new IOException("the JVM " + pid + " does not answer: " + e, e);
    }
    Properties found = new Properties();
    try (InputStream in = Files.newInputStream(answer)) {
      found.load(in);
    }
    Map<String, Long> dropped = new TreeMap<>();
    for (String key : found.stringPropertyNames()) {
      if (key.startsWith(DROPPED)) {
        dropped.put(key.substring(DROPPED.length()), number(found, key));
      }
    }
    return new Inside(number(found, "heap"), number(found, "direct"), dropped);
  }

  private static long number(Properties found, String key) {
    return Long.parseLong(found.getProperty(key));
  }

  private static void writeAgent(Path jar) throws IOException {
    Manifest manifest = new Manifest();
    Attributes main = manifest.getMainAttributes();
    main.put(Attributes.Name.MANIFEST_VERSION, "1.0");
    main.putValue("Agent-Class", InsideAgent.class.getName());
    String name = InsideAgent.class.getName().replace('.', '/') + ".class";
    try (OutputStream file = Files.newOutputStream(jar);
        JarOutputStream out = new JarOutputStream(file, manifest);
        InputStream code = InsideAgent.class.getResourceAsStream("/" + name)) {
      out.putNextEntry(new JarEntry(name));
      code.transferTo(out);
      out.closeEntry();
    }
  }
}
