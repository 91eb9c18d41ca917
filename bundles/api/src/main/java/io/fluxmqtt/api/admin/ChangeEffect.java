package io.fluxmqtt.api.admin;

/** What a change of a key does to clients, from the least to the most. */
public enum ChangeEffect {
  /** It counts at once, for connected clients too; nobody is disconnected. */
  HOT,
  /** Connected clients keep what they have. */
  NEW_CONNECTIONS,
  /** The server socket of a listener is opened anew; its connected clients stay. */
  MOVES_LISTENER,
  /** The clients of one listener are disconnected. */
  RESTARTS_LISTENER,
  /** The clients of all listeners are disconnected. */
  RESTARTS_LISTENERS,
  /** The broker starts anew: all clients are disconnected. */
  RESTARTS_BROKER
}
