package io.fluxmqtt.itests.kit;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * The statements of the MQTT standards that a test proves, such as {@code MQTT-3.3.1-5}. A number
 * means another statement in another version of the standard, so each version has a list of its
 * own.
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.METHOD)
public @interface Normative {
  /** Statements of MQTT 5.0. */
  String[] value() default {};

  /** Statements of MQTT 3.1.1. */
  String[] v311() default {};
}
