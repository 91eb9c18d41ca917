package io.fluxmqtt.store;

import io.fluxmqtt.api.message.Payload;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32C;

/** Reads what {@link RecordWriter} wrote, and never allocates more than the record is long. */
final class RecordReader {
  private final ByteBuffer fields;

  private RecordReader(ByteBuffer fields) {
    this.fields = fields;
  }

  /** The fields of a sealed record. */
  static RecordReader open(byte[] record, int version) throws DamagedRecordException {
    int end = record.length - RecordWriter.CRC_BYTES;
    if (end < 1) {
      throw new DamagedRecordException("record of " + record.length + " bytes");
    }
    CRC32C crc = new CRC32C();
    crc.update(record, 0, end);
    if ((int) crc.getValue() != ByteBuffer.wrap(record).getInt(end)) {
      throw new DamagedRecordException("checksum of a record of " + record.length + " bytes");
    }
    if (record[0] != version) {
      throw new DamagedRecordException("record of version " + record[0]);
    }
    return new RecordReader(ByteBuffer.wrap(record, 1, end - 1));
  }

  /** Bytes without version and checksum, from an offset on. */
  static RecordReader ofRaw(byte[] bytes, int offset) {
    return new RecordReader(ByteBuffer.wrap(bytes, offset, bytes.length - offset));
  }

  int octet() throws DamagedRecordException {
    need(1);
    return Byte.toUnsignedInt(fields.get());
  }

  long int64() throws DamagedRecordException {
    need(Long.BYTES);
    return fields.getLong();
  }

  int count() throws DamagedRecordException {
    long value = 0;
    for (int shift = 0; shift < 35; shift += 7) {
      int octet = octet();
      value |= (long) (octet & 0x7F) << shift;
      if (octet < 0x80) {
        if (value > Integer.MAX_VALUE) {
          break;
        }
        return (int) value;
      }
    }
    throw new DamagedRecordException("number of more than 31 bits");
  }

  long longCount() throws DamagedRecordException {
    long value = 0;
    for (int shift = 0; shift < 63; shift += 7) {
      int octet = octet();
      value |= (long) (octet & 0x7F) << shift;
      if (octet < 0x80) {
        return value;
      }
    }
    throw new DamagedRecordException("number of more than 63 bits");
  }

  /** A count of things of which each takes at least one byte. */
  int countOfItems() throws DamagedRecordException {
    int count = count();
    need(count);
    return count;
  }

  String text() throws DamagedRecordException {
    return text(count());
  }

  /** A text after a length of two bytes, as keys have it. */
  String shortText() throws DamagedRecordException {
    need(Short.BYTES);
    return text(Short.toUnsignedInt(fields.getShort()));
  }

  Payload payload() throws DamagedRecordException {
    int length = count();
    need(length);
    ByteBuffer slice = fields.slice(fields.position(), length);
    fields.position(fields.position() + length);
    return Payload.copyOf(slice);
  }

  /** Checks that all was read. */
  void end() throws DamagedRecordException {
    if (fields.hasRemaining()) {
      throw new DamagedRecordException(fields.remaining() + " bytes too many");
    }
  }

  private String text(int length) throws DamagedRecordException {
    need(length);
    int from = fields.arrayOffset() + fields.position();
    ByteBuffer slice = fields.slice(fields.position(), length);
    fields.position(fields.position() + length);
    if (isAscii(fields.array(), from, length)) { // most are, and a decoder is a large object
      return new String(fields.array(), from, length, StandardCharsets.US_ASCII);
    }
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(slice).toString();
    } catch (CharacterCodingException e) {
      throw new DamagedRecordException("text that is not UTF-8", e);
    }
  }

  private static boolean isAscii(byte[] bytes, int from, int length) {
    for (int i = from; i < from + length; i++) {
      if (bytes[i] < 0) {
        return false;
      }
    }
    return true;
  }

  private void need(int bytes) throws DamagedRecordException {
    if (bytes > fields.remaining()) {
      throw new DamagedRecordException(
          "%d bytes where %d are left".formatted(bytes, fields.remaining()));
    }
  }
}
