/** What every {@code KvEngine} must do, as tests that an engine's own test class inherits. */
@org.jspecify.annotations.NullMarked
package io.fluxmqtt.itests.engine;
