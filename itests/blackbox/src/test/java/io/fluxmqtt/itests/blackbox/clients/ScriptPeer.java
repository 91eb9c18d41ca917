package io.fluxmqtt.itests.blackbox.clients;

import io.fluxmqtt.itests.blackbox.clients.TestMessage.Properties;
import io.fluxmqtt.itests.kit.BrokerAddress;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/**
 * A client in another language, driven line by line: {@code verb?key=value&key=value}, encoded as
 * in URLs. Commands go to its input, answers ({@code ok}, {@code error}) and events ({@code
 * message}, {@code lost}) come from its output.
 */
final class ScriptPeer extends MqttPeer {
  private final Process process;
  private final BufferedWriter commands;
  private final BlockingQueue<Map<String, List<String>>> answers = new LinkedBlockingQueue<>();

  ScriptPeer(BrokerAddress broker, int version, ProcessBuilder script) throws IOException {
    script.command().add(broker.host());
    script.command().add(String.valueOf(broker.port()));
    script.command().add(String.valueOf(version));
    process = script.redirectError(ProcessBuilder.Redirect.INHERIT).start();
    commands = process.outputWriter(StandardCharsets.US_ASCII);
    Thread reader = new Thread(this::read, "script-output");
    reader.setDaemon(true);
    reader.start();
  }

  @Override
  boolean connect(Login login) throws Exception {
    Map<String, List<String>> arguments = new LinkedHashMap<>();
    arguments.put("clientId", List.of(login.clientId()));
    arguments.put("persistent", List.of(String.valueOf(login.persistent())));
    arguments.put("keepAlive", List.of(String.valueOf(login.keepAliveSeconds())));
    arguments.put("aliases", List.of(String.valueOf(login.aliases())));
    if (login.will() != null) {
      arguments.putAll(encode(login.will()));
    }
    return first(call("connect", arguments), "present").equals("true");
  }

  @Override
  void subscribe(String filter, int qos, int identifier) throws Exception {
    call(
        "subscribe",
        Map.of(
            "filter", List.of(filter),
            "qos", List.of(String.valueOf(qos)),
            "identifier", List.of(String.valueOf(identifier))));
  }

  @Override
  void publish(TestMessage message) throws Exception {
    call("publish", encode(message));
  }

  @Override
  void publishByAlias(String topic, List<String> texts) throws Exception {
    for (int i = 0; i < texts.size(); i++) {
      Map<String, List<String>> arguments =
          encode(TestMessage.of(i == 0 ? topic : "", texts.get(i), 1));
      arguments.put("alias", List.of("1"));
      call("publish", arguments);
    }
  }

  @Override
  void disconnect() throws Exception {
    call("disconnect", Map.of());
  }

  @Override
  public void close() throws InterruptedException {
    process.destroy();
    if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
      process.destroyForcibly();
    }
  }

  private Map<String, List<String>> call(String verb, Map<String, List<String>> arguments)
      throws Exception {
    commands.write(verb + "?" + query(arguments) + "\n");
    commands.flush();
    Map<String, List<String>> answer = answers.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
    if (answer == null) {
      throw new AssertionError("no answer to " + verb);
    }
    if (answer.containsKey("error")) {
      throw new IOException(verb + ": " + first(answer, "error"));
    }
    return answer;
  }

  private void read() {
    try (BufferedReader in = process.inputReader(StandardCharsets.US_ASCII)) {
      for (String line = in.readLine(); line != null; line = in.readLine()) {
        int mark = line.indexOf('?');
        Map<String, List<String>> arguments = parse(line.substring(mark + 1));
        switch (line.substring(0, mark)) {
          case "message" -> onMessage(decode(arguments));
          case "lost" -> onLost();
          default -> answers.add(arguments);
        }
      }
    } catch (IOException e) {
      // The script was ended.
    }
    answers.add(Map.of("error", List.of("the script has ended")));
  }

  private static Map<String, List<String>> encode(TestMessage from) {
    Map<String, List<String>> to = new LinkedHashMap<>();
    to.put("topic", List.of(from.topic()));
    to.put("payload", List.of(Base64.getEncoder().encodeToString(from.payload())));
    to.put("qos", List.of(String.valueOf(from.qos())));
    to.put("retain", List.of(String.valueOf(from.retain())));
    Properties properties = from.properties();
    if (properties.contentType() != null) {
      to.put("contentType", List.of(properties.contentType()));
    }
    if (properties.responseTopic() != null) {
      to.put("responseTopic", List.of(properties.responseTopic()));
    }
    if (properties.correlation() != null) {
      to.put("correlation", List.of(properties.correlation()));
    }
    if (properties.expirySeconds() >= 0) {
      to.put("expiry", List.of(String.valueOf(properties.expirySeconds())));
    }
    to.put("user", properties.user());
    return to;
  }

  private static TestMessage decode(Map<String, List<String>> from) {
    Properties properties =
        new Properties(
            first(from, "contentType"),
            first(from, "responseTopic"),
            first(from, "correlation"),
            from.containsKey("expiry") ? Long.parseLong(first(from, "expiry")) : -1,
            from.getOrDefault("user", List.of()),
            from.getOrDefault("id", List.of()).stream().map(Integer::valueOf).toList());
    return TestMessage.of(
            first(from, "topic"),
            Base64.getDecoder().decode(first(from, "payload")),
            Integer.parseInt(first(from, "qos")),
            first(from, "retain").equals("true"))
        .with(properties);
  }

  private static String first(Map<String, List<String>> from, String key) {
    return from.containsKey(key) ? from.get(key).get(0) : null;
  }

  private static String query(Map<String, List<String>> arguments) {
    return arguments.entrySet().stream()
        .flatMap(each -> each.getValue().stream().map(value -> pair(each.getKey(), value)))
        .collect(Collectors.joining("&"));
  }

  private static String pair(String key, String value) {
    return key + "=" + URLEncoder.encode(value, StandardCharsets.UTF_8);
  }

  private static Map<String, List<String>> parse(String query) {
    Map<String, List<String>> arguments = new LinkedHashMap<>();
    for (String each : query.split("&")) {
      int equals = each.indexOf('=');
      if (equals > 0) {
        arguments
            .computeIfAbsent(each.substring(0, equals), key -> new ArrayList<>())
            .add(URLDecoder.decode(each.substring(equals + 1), StandardCharsets.UTF_8));
      }
    }
    return arguments;
  }
}
