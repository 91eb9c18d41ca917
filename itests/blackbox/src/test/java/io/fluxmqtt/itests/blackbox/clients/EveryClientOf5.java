package io.fluxmqtt.itests.blackbox.clients;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.ArgumentsProvider;
import org.junit.jupiter.params.provider.ArgumentsSource;

/**
 * A scenario that runs once with each client of the matrix that speaks MQTT 5.0 and can do what the
 * scenario is about. Who cannot is printed with the reason.
 */
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
@ParameterizedTest(name = "{0}")
@ArgumentsSource(EveryClientOf5.Able.class)
@interface EveryClientOf5 {
  /** What a client must be able to do. */
  Ability[] able() default {};

  /** The clients that a scenario runs with. */
  final class Able implements ArgumentsProvider {
    @Override
    public Stream<Arguments> provideArguments(ExtensionContext context) {
      List<Ability> needed =
          List.of(context.getRequiredTestMethod().getAnnotation(EveryClientOf5.class).able());
      return Stream.of(TestedClient.values())
          .filter(TestedClient::speaks5)
          .filter(client -> needed.stream().allMatch(client::isAble))
          .map(Arguments::of);
    }
  }
}
