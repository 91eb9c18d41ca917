package io.fluxmqtt.transport;

import io.fluxmqtt.api.message.ReasonCode;
import io.fluxmqtt.session.Connection;
import io.fluxmqtt.session.ListenerProfile;
import io.fluxmqtt.session.Packet;
import io.fluxmqtt.session.ProtocolVersion;
import io.fluxmqtt.session.SharedPublish;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.socket.DuplexChannel;
import java.net.InetSocketAddress;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A Network Connection on a netty channel: the way out. The way in is {@link PacketReceiver}.
 *
 * <p>A connection that is closed from here ends for the session manager as soon as its last bytes
 * are written. The socket then stays half closed for a moment while input is discarded: closing it
 * with unread input would reset it, and the client might never see the DISCONNECT or CONNACK that
 * says why.
 */
final class NettyConnection implements Connection {
  private static final Logger LOG = LoggerFactory.getLogger(NettyConnection.class);

  /** How long a client may take to read its last bytes and close. */
  private static final long LINGER_MILLIS = 1000;

  /**
   * So much that a client has not taken, beyond what makes its connection unwritable, can only be
   * answers; there it is not read any more until it takes them. More than the PUBACKs of all Packet
   * Identifiers, so that nobody gets there who awaits his acknowledgements.
   */
  private static final long UNTAKEN_MAX_BYTES = 256 * 1024;

  private static final InetSocketAddress NOWHERE = new InetSocketAddress("0.0.0.0", 0);

  private final Channel channel;
  private final NettyEventLoop loop;
  private final ListenerProfile listener;
  private final PendingOutput output;
  private final PacketWriter writer;
  // owned by the connection's loop
  private boolean closing;
  private boolean flushing;
  private boolean paused; // by the session manager
  private boolean clogged; // by answers that the client does not take
  private boolean heldBack; // to the rates of its listener
  private volatile @Nullable InetSocketAddress remoteAddress;
  private volatile List<X509Certificate> certificates = List.of();
  private Runnable onClosing = () -> {};
  private Runnable onEnded = () -> {};
  private @Nullable Runnable farewell;
  private @Nullable Supplier<ChannelFuture> lastWords;
  private @Nullable Throttle throttle;

  NettyConnection(Channel channel, NettyEventLoop loop, ListenerProfile listener) {
    this.channel = channel;
    this.loop = loop;
    this.listener = listener;
    this.remoteAddress =
        channel.remoteAddress() instanceof InetSocketAddress address ? address : null;
    this.output = new PendingOutput(channel);
    this.writer = new PacketWriter(output, loop.frames());
  }

  /**
   * Sets what is told of {@link #close}.
   *
   * @param whenClosing called at once: no more input is wanted
   * @param whenEnded called when the last bytes are written
   */
  void onClose(Runnable whenClosing, Runnable whenEnded) {
    onClosing = whenClosing;
    onEnded = whenEnded;
    if (closing) { // it was turned away at once
      whenClosing.run();
    }
  }

  /** Sets what writes the last frame of a layer when this closes, for its peer to answer. */
  void farewell(Runnable words) {
    farewell = words;
  }

  /** Sets what a layer sends when all else is written, before our side of the socket ends. */
  void lastWords(Supplier<ChannelFuture> words) {
    lastWords = words;
  }

  /** Sets what keeps it to the rates of its listener, once CONNECT has come. */
  void keepTo(Throttle rates) {
    throttle = rates;
  }

  @Override
  public NettyEventLoop loop() {
    return loop;
  }

  @Override
  public ListenerProfile listener() {
    return listener;
  }

  @Override
  public @Nullable InetSocketAddress remoteAddress() {
    return remoteAddress;
  }

  /**
   * Where the client really is, as one says who forwards it.
   *
   * @param from its address; null if that is not told, which is 0.0.0.0 from then on: on no list
   *     and not on this machine, while no address at all is a client's at a Unix socket
   */
  void forwarded(@Nullable InetSocketAddress from) {
    remoteAddress = from == null ? NOWHERE : from;
  }

  @Override
  public List<X509Certificate> certificates() {
    return certificates;
  }

  /** The client has shown these, and they were verified; leaf first. */
  void shown(List<X509Certificate> chain) {
    certificates = List.copyOf(chain);
  }

  @Override
  public void established(ProtocolVersion version, long maximumPacketSize) {
    writer.established(version, maximumPacketSize);
    if (throttle != null) {
      throttle.begin();
    }
  }

  @Override
  public boolean publish(Packet.Publish packet) {
    return !isOpen() || writer.publish(packet);
  }

  @Override
  public boolean publish(SharedPublish form, int packetId) {
    return !isOpen() || writer.publish(form, packetId);
  }

  @Override
  public void send(Packet packet) {
    if (isOpen() && !writer.write(packet)) {
      tooLarge(packet);
    }
  }

  /**
   * The client waits for a packet that it does not accept. Without it, it would wait for ever; with
   * it, it would have to close [MQTT-3.1.2-24].
   */
  private void tooLarge(Packet packet) {
    LOG.debug(
        "closing the connection from {}: its Maximum Packet Size leaves no room for {}",
        remoteAddress(),
        packet.getClass().getSimpleName());
    if (writer.isAccepted()) {
      writer.write(new Packet.Disconnect(ReasonCode.PACKET_TOO_LARGE, null, null));
    }
    close();
  }

  @Override
  public void flush() {
    loop.frames().forget(); // also where all others of this loop have closed
    if (isOpen()) {
      flushing = true;
      try {
        output.flush();
      } finally {
        flushing = false;
      }
    }
  }

  /** Whether the caller is called from within {@link #flush}. */
  boolean isFlushing() {
    return flushing;
  }

  /**
   * What is pending here will, once flushed, make the channel unwritable and then writable again;
   * so whoever sees false hears of the change.
   */
  @Override
  public boolean isWritable() {
    return isOpen() && channel.bytesBeforeUnwritable() > output.bytes();
  }

  @Override
  public void pauseReading() {
    paused = true;
    readAsMay();
  }

  @Override
  public void resumeReading() {
    paused = false;
    readAsMay();
  }

  /** All of a read was handled, and what answers it is flushed. */
  void readOver() {
    if (channel.bytesBeforeWritable() > UNTAKEN_MAX_BYTES) {
      clogged = true;
      readAsMay();
    }
  }

  /** The client takes what is sent. */
  void taken() {
    if (clogged) {
      clogged = false;
      readAsMay();
    }
  }

  /** Whether the client must wait, as it has sent more than the rates of its listener allow. */
  void holdBack(boolean held) {
    heldBack = held;
    readAsMay();
  }

  @Override
  public boolean isHeldBack() {
    return heldBack;
  }

  private void readAsMay() {
    if (isOpen()) {
      channel.config().setAutoRead(!paused && !clogged && !heldBack);
    }
  }

  @Override
  public void close() {
    if (!isOpen()) {
      return;
    }
    flush();
    closing = true;
    onClosing.run();
    Runnable words = farewell;
    if (words != null) {
      words.run();
    }
    channel.eventLoop().schedule(this::abort, LINGER_MILLIS, TimeUnit.MILLISECONDS);
    channel
        .writeAndFlush(Unpooled.EMPTY_BUFFER)
        .addListener(written -> loop.execute(this::lastBytesWritten)); // never within close()
  }

  /**
   * At once if the last bytes have gone: the client sends no more, so there is no input that would
   * make a reset of the close; and what waits a second for each that leaves adds up.
   */
  @Override
  public void hangUp() {
    if (!isOpen()) {
      return;
    }
    flush();
    ChannelOutboundBuffer unwritten = channel.unsafe().outboundBuffer();
    if (farewell == null && (unwritten == null || unwritten.isEmpty())) {
      onClosing.run();
      abort();
    } else {
      close();
    }
  }

  /** Closes the socket without waiting for anything. */
  void abort() {
    closing = true;
    channel.close();
  }

  /** Frees what is pending; the channel has closed. */
  void release() {
    closing = true;
    output.release();
  }

  private boolean isOpen() {
    return !closing && channel.isActive();
  }

  private void lastBytesWritten() {
    onEnded.run();
    Supplier<ChannelFuture> words = lastWords;
    if (words == null || !channel.isActive()) {
      endOutput();
    } else {
      words.get().addListener(written -> endOutput());
    }
  }

  private void endOutput() {
    if (channel instanceof DuplexChannel duplex && duplex.isActive()) {
      duplex.shutdownOutput();
      channel.config().setAutoRead(true); // discards input and sees the client close
    } else {
      channel.close();
    }
  }
}
