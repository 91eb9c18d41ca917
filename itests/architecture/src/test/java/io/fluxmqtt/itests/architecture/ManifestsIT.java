package io.fluxmqtt.itests.architecture;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Who may import whom (DESIGN, section 2), read from the manifests of the jars. */
final class ManifestsIT {
  private static final Set<String> NETTY = Set.of("transport", "bridge");
  private static final Set<String> SERVLETS = Set.of("metrics", "health", "console");
  private static final Set<String> KARAF = Set.of("shell-karaf");

  /** What is no bundle itself and lies in one of ours, which notes its licence. */
  private static final Map<String, Predicate<String>> EMBEDDED =
      Map.of(
          "metrics",
          entry -> entry.startsWith("io/prometheus/client/"),
          "auth-scram",
          entry ->
              entry.startsWith("com/ongres/saslprep/")
                  || entry.startsWith("com/ongres/stringprep/"),
          "store-rocksdb",
          entry ->
              entry.startsWith("org/rocksdb/")
                  || entry.equals("librocksdbjni-linux64.so")
                  || entry.equals("librocksdbjni-linux-aarch64.so"));

  static Stream<Bundle> bundles() {
    return Bundle.all().stream();
  }

  @Test
  void coreBundlesAreThere() {
    List<String> names = bundles().map(Bundle::name).toList();
    assertTrue(names.containsAll(List.of("api", "session", "store", "transport")), names::toString);
  }

  @ParameterizedTest
  @MethodSource("bundles")
  void symbolicNameArtifactIdAndRootPackageAreOne(Bundle bundle) {
    assertEquals(
        Optional.of(bundle.expectedName()),
        bundle.header("Bundle-SymbolicName").map(name -> name.replaceAll(";.*", "")));
    String root = bundle.expectedName().replace('.', '/') + "/";
    List<String> strangers =
        bundle.entries().stream()
            .filter(entry -> entry.endsWith(".class") && !entry.startsWith(root))
            .filter(embedded(bundle).negate())
            .toList();
    assertEquals(List.of(), strangers, "classes outside of the root package");
  }

  @ParameterizedTest
  @MethodSource("bundles")
  void versionIsTheProjects(Bundle bundle) {
    assertEquals(
        Optional.of(System.getProperty("project.version")), bundle.header("Bundle-Version"));
  }

  @ParameterizedTest
  @MethodSource("bundles")
  void nothingIsEmbeddedButWhatIsNoBundleItself(Bundle bundle) {
    List<String> nested =
        bundle.entries().stream()
            .filter(e -> e.endsWith(".jar") || e.endsWith(".so"))
            .filter(embedded(bundle).negate())
            .toList();
    assertEquals(List.of(), nested);
    assertEquals(Optional.empty(), bundle.header("Bundle-ClassPath"));
  }

  @ParameterizedTest
  @MethodSource("bundles")
  void bundlesAreWiredByPackagesThatTheManifestNames(Bundle bundle) {
    for (String header : List.of("Require-Bundle", "DynamicImport-Package", "Fragment-Host")) {
      assertEquals(Optional.empty(), bundle.header(header), header);
    }
  }

  @ParameterizedTest
  @MethodSource("bundles")
  void onlyApiPackagesAndTheSessionManagersAreExported(Bundle bundle) {
    Set<String> exported = bundle.packages("Export-Package").keySet();
    switch (bundle.name()) {
      case "api" -> {
        assertFalse(exported.isEmpty());
        assertEquals(Set.of(), those(exported, name -> !name.startsWith("io.fluxmqtt.api.")));
      }
      case "session" -> assertEquals(Set.of("io.fluxmqtt.session"), exported);
      default -> assertEquals(Set.of(), exported);
    }
  }

  @ParameterizedTest
  @MethodSource("bundles")
  void ofOurPackagesOnlyApiIsImportedAndTheSessionManagersByTransport(Bundle bundle) {
    Set<String> ours = imports(bundle, name -> name.startsWith("io.fluxmqtt."));
    Set<String> own = bundle.packages("Export-Package").keySet();
    ours.removeIf(name -> name.startsWith("io.fluxmqtt.api.") || own.contains(name));
    if (bundle.name().equals("transport")) {
      ours.remove("io.fluxmqtt.session");
    }
    assertEquals(Set.of(), ours);
  }

  @ParameterizedTest
  @MethodSource("bundles")
  void nettyStaysInTransport(Bundle bundle) {
    if (!NETTY.contains(bundle.name())) {
      assertEquals(Set.of(), imports(bundle, name -> name.startsWith("io.netty")));
    }
  }

  /** Were imports not read as they stand, the other tests would pass for nothing. */
  @Test
  void transportImportsNettyAndTheSessionManager() {
    Bundle transport =
        bundles().filter(bundle -> bundle.name().equals("transport")).findFirst().orElseThrow();
    assertTrue(
        imports(transport, name -> true)
            .containsAll(Set.of("io.fluxmqtt.session", "io.netty.channel", "io.netty.buffer")));
  }

  @ParameterizedTest
  @MethodSource("bundles")
  void karafStaysInItsShell(Bundle bundle) {
    if (!KARAF.contains(bundle.name())) {
      assertEquals(Set.of(), imports(bundle, name -> name.startsWith("org.apache.karaf")));
    }
  }

  @ParameterizedTest
  @MethodSource("bundles")
  void servletsStayWithThoseWhoHavePages(Bundle bundle) {
    if (!SERVLETS.contains(bundle.name())) {
      assertEquals(Set.of(), imports(bundle, name -> name.startsWith("javax.servlet")));
    }
  }

  @Test
  void apiNeedsNothingButTheJdk() {
    Bundle api = bundles().filter(bundle -> bundle.name().equals("api")).findFirst().orElseThrow();
    assertEquals(
        Set.of(),
        imports(api, name -> !name.startsWith("io.fluxmqtt.api.") && !name.startsWith("java.")));
  }

  @ParameterizedTest
  @MethodSource("bundles")
  void anySlf4jFromOneDotSevenToTwoWillDo(Bundle bundle) {
    Map<String, String> imports = bundle.packages("Import-Package");
    imports.forEach(
        (name, parameters) -> {
          if (name.startsWith("org.slf4j")) {
            assertEquals("version=\"[1.7,3)\"", parameters, name);
          }
        });
  }

  private static Predicate<String> embedded(Bundle bundle) {
    return EMBEDDED.getOrDefault(bundle.name(), entry -> false);
  }

  @Test
  void licenceOfWhatIsEmbeddedLiesBesideIt() {
    for (Bundle bundle : Bundle.all()) {
      if (EMBEDDED.containsKey(bundle.name())) {
        List<String> entries = bundle.entries();
        assertTrue(entries.stream().anyMatch(embedded(bundle)), bundle + " embeds nothing");
        assertTrue(
            entries.contains("META-INF/NOTICE")
                && entries.stream().anyMatch(entry -> entry.startsWith("META-INF/LICENSE")),
            bundle + " lacks the licence of what it embeds");
      }
    }
  }

  private static Set<String> imports(Bundle bundle, Predicate<String> which) {
    return those(bundle.packages("Import-Package").keySet(), which);
  }

  private static Set<String> those(Set<String> names, Predicate<String> which) {
    Set<String> those = new TreeSet<>(names);
    those.removeIf(which.negate());
    return those;
  }
}
