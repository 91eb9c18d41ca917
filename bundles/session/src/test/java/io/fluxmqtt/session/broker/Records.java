package io.fluxmqtt.session.broker;

import java.lang.reflect.RecordComponent;

/** Copies of records with one component changed, by name. */
final class Records {
  private Records() {}

  /** The {@link Fixture}'s settings with one changed. */
  static BrokerSettings settings(String name, Object value) {
    return with(Fixture.SETTINGS, name, value);
  }

  static <R extends Record> R with(R base, String name, Object value) {
    RecordComponent[] components = base.getClass().getRecordComponents();
    Class<?>[] types = new Class<?>[components.length];
    Object[] values = new Object[components.length];
    boolean known = false;
    try {
      for (int i = 0; i < components.length; i++) {
        types[i] = components[i].getType();
        boolean isIt = components[i].getName().equals(name);
        values[i] = isIt ? value : components[i].getAccessor().invoke(base);
        known |= isIt;
      }
      if (!known) {
        throw new IllegalArgumentException(base.getClass() + " has no " + name);
      }
      @SuppressWarnings("unchecked") // the class of base
      Class<R> type = (Class<R>) base.getClass();
      return type.getDeclaredConstructor(types).newInstance(values);
    } catch (ReflectiveOperationException e) {
      throw new AssertionError(e);
    }
  }
}
