package io.fluxmqtt.config;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.fluxmqtt.api.admin.BrokerAdmin;
import io.fluxmqtt.api.admin.ListenerInfo;
import io.fluxmqtt.api.admin.StoreAdmin;
import io.fluxmqtt.api.config.ConfigurationChecker;
import io.fluxmqtt.api.config.SettingException;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** A folder, and a container that follows it as fileinstall does, by a clock of its own. */
final class Given implements Container, Pace {
  private static final String ACCESS =
      """
      <m><OCD id="ocd" name="Access" description="">
        <AD id="authenticators" type="String" cardinality="9" name="" description="Hot, for new connections." default="anonymous"/>
        <AD id="enhancedAuthenticators" type="String" cardinality="9" name="" description="Hot." default=""/>
        <AD id="authorizers" type="String" cardinality="9" name="" description="Hot." default="acl"/>
      </OCD><Designate pid="io.fluxmqtt.access"><Object ocdref="ocd"/></Designate></m>
      """;
  private static final String FILE =
      """
      <m><OCD id="ocd" name="File" description="">
        <AD id="name" type="String" name="" description="Hot." default="file"/>
        <AD id=".token" type="String" name="" description="Hot." default=""/>
      </OCD><Designate factoryPid="io.fluxmqtt.auth.file"><Object ocdref="ocd"/></Designate></m>
      """;
  private static final String STORE =
      """
      <m><OCD id="ocd" name="Store" description="">
        <AD id="engine" type="String" name="" description="A change restarts the broker." default="auto"/>
        <AD id="bytes" type="Long" name="" description="Hot." default="1"/>
      </OCD><Designate pid="io.fluxmqtt.store"><Object ocdref="ocd"/></Designate></m>
      """;

  final Path etc;
  final EtcFiles files;
  final Configurations configurations;
  final List<Policy> policies = new ArrayList<>();
  final List<String> outages = new ArrayList<>();
  final List<String> problems = new ArrayList<>();
  final List<ListenerInfo> listeners = new ArrayList<>();
  private final Map<String, Map<String, Object>> known = new HashMap<>();
  private final BrokerAdmin admin =
      (BrokerAdmin)
          Proxy.newProxyInstance(
              Given.class.getClassLoader(),
              new Class<?>[] {BrokerAdmin.class},
              (proxy, method, arguments) ->
                  switch (method.getName()) {
                    case "outages" -> List.copyOf(outages);
                    case "problems" -> List.copyOf(problems);
                    case "listeners" -> List.copyOf(listeners);
                    default -> throw new AssertionError(method.getName());
                  });

  boolean brokerIsThere = true;
  boolean follows = true;
  Runnable whenFollowed = () -> {};
  Runnable eachPause = () -> {};
  private long nanos = Long.MAX_VALUE - 1_000;

  Given(Path etc) throws IOException {
    this.etc = etc;
    files = new EtcFiles(etc);
    write("io.fluxmqtt.access.cfg", "# who\nauthenticators = anonymous\n");
    write("io.fluxmqtt.listener-default.cfg", "# where\nport = 1883\n");
    write("io.fluxmqtt.store.cfg", "engine = auto\n");
    policies.add(new Policy("authenticators", "anonymous", true));
    policies.add(new Policy("authorizers", "acl", false));
    listeners.add(
        new ListenerInfo(
            "default", "tcp://127.0.0.1:1883", ListenerInfo.State.LISTENING, null, 3, ""));
    configurations =
        new Configurations(files, this, this, InstantSource.fixed(Instant.EPOCH), Runnable::run);
    follow();
  }

  void write(String name, String text) throws IOException {
    Files.writeString(etc.resolve(name), text, ISO_8859_1);
  }

  String read(String name) throws IOException {
    return Files.readString(etc.resolve(name), ISO_8859_1);
  }

  private void follow() throws IOException {
    EtcFiles.State state = files.read();
    Map<String, Map<String, Object>> next = new HashMap<>();
    state.texts().keySet().forEach(pid -> next.put(pid, new HashMap<>(state.values(pid))));
    boolean changed = !next.equals(known);
    known.clear();
    known.putAll(next);
    if (changed) {
      whenFollowed.run();
    }
  }

  @Override
  public long nanos() {
    return nanos;
  }

  @Override
  public void pause(long millis) {
    nanos += TimeUnit.MILLISECONDS.toNanos(millis);
    try {
      if (follows) {
        follow();
      }
    } catch (IOException e) {
      throw new AssertionError(e);
    }
    eachPause.run();
  }

  @Override
  public List<Definition> definitions() throws IOException {
    List<Definition> all = new ArrayList<>();
    for (String xml : List.of(ACCESS, FILE, MetatypeReaderTest.LISTENER, STORE)) {
      all.addAll(MetatypeReaderTest.read(xml));
    }
    return all;
  }

  /** Numbers are whole, ports below 65536; listeners read keys that begin with rule. */
  @Override
  public List<ConfigurationChecker> checkers(String pid) {
    return List.of(
        new ConfigurationChecker() {
          @Override
          public void check(String of, Map<String, Object> properties) {
            for (String key : List.of("bytes", "port", "idle")) {
              Object value = properties.get(key);
              if (value != null && !String.valueOf(value).matches("\\d{1,5}")) {
                throw new SettingException(of, key, value, "is out of bounds; set 0 to 99999");
              }
            }
          }

          @Override
          public boolean reads(String of, String key) {
            return key.startsWith("rule.");
          }
        });
  }

  @Override
  public List<Policy> policies() {
    return policies;
  }

  @Override
  public Optional<Map<String, Object>> configuration(String pid) {
    return Optional.ofNullable(known.get(pid));
  }

  @Override
  public Optional<BrokerAdmin> broker() {
    return brokerIsThere ? Optional.of(admin) : Optional.empty();
  }

  @Override
  public Optional<StoreAdmin> store() {
    return Optional.empty();
  }
}
