package io.fluxmqtt.itests.faults;

import io.fluxmqtt.api.config.DataFolder;
import io.fluxmqtt.api.message.Message;
import io.fluxmqtt.api.message.Payload;
import io.fluxmqtt.api.message.QoS;
import io.fluxmqtt.api.message.TopicFilter;
import io.fluxmqtt.api.spi.auth.Principal;
import io.fluxmqtt.api.spi.store.KvEngine;
import io.fluxmqtt.api.spi.store.Receivers;
import io.fluxmqtt.api.spi.store.RetainedStore;
import io.fluxmqtt.api.spi.store.SessionChange;
import io.fluxmqtt.api.spi.store.SessionStore;
import io.fluxmqtt.api.spi.store.StoredDelivery;
import io.fluxmqtt.api.spi.store.StoredMessage;
import io.fluxmqtt.api.spi.store.StoredSession;
import io.fluxmqtt.api.spi.store.StoredSubscription;
import java.io.IOException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceFactory;
import org.osgi.framework.ServiceRegistration;

/** The store of the shipped runtime on one of its engines, without a broker around it. */
final class BareStore implements AutoCloseable {
  private static final int LIMIT_SECONDS = 60;

  private final Object engineComponent;
  private final Object opener;
  private final SessionStore sessions;
  private final RetainedStore retained;

  /**
   * Opens it.
   *
   * @param shipped with the classes of the runtime
   * @param data the data folder
   */
  BareStore(ClassLoader shipped, String engine, Path data) throws Exception {
    List<Object> registered = new ArrayList<>();
    BundleContext context = context(data, registered);
    String name = engine.equals("rocksdb") ? "rocksdb.RocksEngine" : "mvstore.MvStore";
    engineComponent =
        Class.forName("io.fluxmqtt.store." + name + "Component", true, shipped)
            .getConstructor(BundleContext.class)
            .newInstance(context);
    Object service = // or as it registers
        engineComponent instanceof KvEngine ? engineComponent : registered.get(0);
    registered.clear();
    opener =
        Class.forName("io.fluxmqtt.store.StoreOpener", true, shipped)
            .getConstructor(BundleContext.class, Map.Entry.class)
            .newInstance(context, Map.entry(Map.of(), service));
    if (registered.isEmpty()) {
      close();
      throw new IOException("the store does not open; its log says why");
    }
    Object component =
        Class.forName("io.fluxmqtt.store.StoreComponent", true, shipped)
            .getConstructor(Class.forName("io.fluxmqtt.store.Store", true, shipped))
            .newInstance(registered.get(0));
    sessions = (SessionStore) component;
    retained = (RetainedStore) component;
  }

  /** A framework in which an engine finds its folder, and engine and store register themselves. */
  private static BundleContext context(Path data, List<Object> registered) {
    return proxy(
        BundleContext.class,
        (method, arguments) -> {
          if (method.getName().equals("getProperty")) {
            return DataFolder.PROPERTY.equals(arguments[0]) ? data.toString() : null;
          }
          ServiceRegistration<?> registration =
              proxy(ServiceRegistration.class, (ignored, none) -> null);
          registered.add(
              arguments[1] instanceof ServiceFactory<?> factory
                  ? service(factory, registration)
                  : arguments[1]);
          return registration;
        });
  }

  @SuppressWarnings({"unchecked", "rawtypes"})
  private static Object service(ServiceFactory factory, ServiceRegistration registration) {
    return factory.getService(null, registration);
  }

  private interface Call {
    Object answer(Method method, Object[] arguments);
  }

  private static <T> T proxy(Class<T> type, Call call) {
    return type.cast(
        Proxy.newProxyInstance(
            type.getClassLoader(),
            new Class<?>[] {type},
            (self, method, arguments) -> call.answer(method, arguments)));
  }

  /** Puts Retained Messages, and as many queued ones into a session. */
  void fill(List<String> kept, List<String> queued) throws Exception {
    long number = sessions.newSessionNumber();
    TopicFilter filter = new TopicFilter(null, "queue/#");
    List<SessionChange> changes = new ArrayList<>();
    changes.add(
        new SessionChange.PutSession(
            new StoredSession(
                number,
                "sleeper",
                Principal.ANONYMOUS,
                StoredSession.NEVER_EXPIRES,
                null,
                null,
                0)));
    changes.add(
        new SessionChange.PutSubscription(
            number, new StoredSubscription(filter, QoS.AT_LEAST_ONCE, false, false, 0, 0)));
    commit(changes);
    for (String payload : queued) {
      Receivers receivers = new Receivers(1);
      receivers.add(number, QoS.AT_LEAST_ONCE, false, List.of());
      commit(List.of(new SessionChange.Append(message("queue/x", payload, false), receivers)));
    }
    for (int i = 0; i < kept.size(); i++) {
      retain("retained/" + i, kept.get(i));
    }
  }

  /** Puts a Retained Message. */
  void retain(String topic, String payload) throws Exception {
    CompletableFuture<Void> done = new CompletableFuture<>();
    retained.put(message(topic, payload, true), failure -> complete(done, failure));
    await(done);
  }

  private StoredMessage message(String topic, String payload, boolean retain) {
    Message message = Message.of(topic, Payload.ofUtf8(payload), QoS.AT_LEAST_ONCE, retain);
    return new StoredMessage(sessions.newMessageId(), message, null, null);
  }

  private void commit(List<SessionChange> changes) throws Exception {
    CompletableFuture<Void> done = new CompletableFuture<>();
    sessions.commit(changes, failure -> complete(done, failure));
    await(done);
  }

  private static void complete(CompletableFuture<Void> done, Throwable failure) {
    if (failure == null) {
      done.complete(null);
    } else {
      done.completeExceptionally(failure);
    }
  }

  private static <T> T await(CompletableFuture<T> future) throws IOException {
    try {
      return future.get(LIMIT_SECONDS, TimeUnit.SECONDS);
    } catch (ExecutionException | TimeoutException e) {
      throw new IOException("the store does not answer: " + e, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  /** The payloads of all that it holds. */
  Set<String> read() throws IOException {
    Set<String> payloads = new TreeSet<>();
    sessions.load(
        new SessionStore.Visitor() {
          @Override
          public void session(StoredSession session) {
            // what belongs to it counts
          }

          @Override
          public void subscription(StoredSubscription subscription) {
            // no message
          }

          @Override
          public void release(int packetId) {
            throw new IllegalStateException("a PUBREL that was never there");
          }

          @Override
          public void incoming(int packetId) {
            throw new IllegalStateException("a PUBREC that was never there");
          }

          @Override
          public void delivery(long number, StoredDelivery delivery, StoredMessage message) {
            payloads.add(message.message().payload().toUtf8());
          }
        });
    for (byte[] from = new byte[0]; from != null; ) {
      CompletableFuture<RetainedStore.Slice> slice = new CompletableFuture<>();
      retained.find(
          "#",
          from.length == 0 ? null : from,
          100,
          (found, failure) -> {
            if (failure == null) {
              slice.complete(found);
            } else {
              slice.completeExceptionally(failure);
            }
          });
      await(slice).messages().forEach(each -> payloads.add(each.message().payload().toUtf8()));
      from = await(slice).next();
    }
    return payloads;
  }

  @Override
  public void close() throws Exception {
    end(opener, "close");
    end(engineComponent, engineComponent instanceof KvEngine ? "close" : "deactivate");
  }

  private static void end(Object component, String name) throws Exception {
    Method method = component.getClass().getDeclaredMethod(name); // what SCR calls
    method.setAccessible(true);
    method.invoke(component);
  }
}
