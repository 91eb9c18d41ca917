package io.fluxmqtt.itests.architecture;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaField;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.lang.ArchRule;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import java.util.jar.JarFile;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What a manifest cannot show: which of a bundle's classes use what. */
final class ClassesIT {
  private static JavaClasses classes;

  @BeforeAll
  static void read() {
    List<JarFile> jars = Bundle.all().stream().map(ClassesIT::open).toList();
    classes =
        new ClassFileImporter()
            .withImportOption(location -> location.contains("io/fluxmqtt/")) // not what is embedded
            .importJars(jars);
  }

  private static JarFile open(Bundle bundle) {
    try {
      return new JarFile(bundle.jar().toFile());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void sessionKnowsNoNetty() {
    check(
        noClasses()
            .that()
            .resideInAPackage("io.fluxmqtt.session..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("io.netty.."));
  }

  @Test
  void sessionKeepsTheFrameworkInItsWiring() {
    check(
        noClasses()
            .that()
            .resideInAPackage("io.fluxmqtt.session..")
            .and()
            .resideOutsideOfPackage("io.fluxmqtt.session.wiring..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("org.osgi.framework..", "org.osgi.service.component.."));
  }

  @Test
  void apiKnowsNeitherNettyNorTheFramework() {
    check(
        noClasses()
            .that()
            .resideInAPackage("io.fluxmqtt.api..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                "io.netty..", "org.osgi.framework..", "org.osgi.service..", "org.slf4j.."));
  }

  /** So that another servlet API changes one class. */
  @Test
  void servletsAreTouchedByOneClassOfABundle() {
    check(
        noClasses()
            .that()
            .haveSimpleNameNotEndingWith("Servlet")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("javax.servlet..", "jakarta.servlet.."));
    Map<String, Long> servlets =
        classes.stream()
            .filter(each -> each.getSimpleName().endsWith("Servlet"))
            .collect(Collectors.groupingBy(each -> each.getPackageName(), Collectors.counting()));
    assertTrue(servlets.values().stream().allMatch(count -> count == 1), servlets::toString);
    assertTrue(servlets.containsKey("io.fluxmqtt.metrics"), servlets::toString);
  }

  @Test
  void nobodyReadsJavaSerialization() {
    check(
        noClasses()
            .should()
            .dependOnClassesThat()
            .areAssignableTo(java.io.ObjectInputStream.class)
            .orShould()
            .dependOnClassesThat()
            .areAssignableTo(java.io.ObjectOutputStream.class));
  }

  @Test
  void nobodyEndsTheProcess() {
    check(noClasses().should().callMethod(System.class, "exit", int.class));
  }

  @Test
  void staticFieldsAreFinal() {
    check(fields().that(areStaticAndWritten()).should().beFinal());
  }

  private static DescribedPredicate<JavaField> areStaticAndWritten() {
    return DescribedPredicate.describe(
        "are static and stand in the source",
        field ->
            field.getModifiers().contains(JavaModifier.STATIC)
                && !field.getModifiers().contains(JavaModifier.SYNTHETIC));
  }

  private static void check(ArchRule rule) {
    rule.check(classes);
  }
}
