package io.fluxmqtt.itests.engine;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Random;

/** What happens to files. */
enum Damage {
  /** Nothing is left of it. */
  GONE {
    @Override
    void to(Path file, Random random) throws IOException {
      Files.delete(file);
    }
  },
  /** Its length is lost. */
  EMPTY {
    @Override
    void to(Path file, Random random) throws IOException {
      cut(file, 0);
    }
  },
  /** It ends anywhere. */
  CUT {
    @Override
    void to(Path file, Random random) throws IOException {
      cut(file, at(Files.size(file), random));
    }
  },
  /** Its last bytes are missing. */
  TORN {
    @Override
    void to(Path file, Random random) throws IOException {
      cut(file, Math.max(0, Files.size(file) - 1 - random.nextInt(64)));
    }
  },
  /** Its first block was never written. */
  ZERO_HEAD {
    @Override
    void to(Path file, Random random) throws IOException {
      overwrite(file, 0, new byte[BLOCK]);
    }
  },
  /** Some block of it was never written. */
  ZERO_BLOCK {
    @Override
    void to(Path file, Random random) throws IOException {
      overwrite(file, at(Files.size(file), random) / BLOCK * BLOCK, new byte[BLOCK]);
    }
  },
  /** Its last block was never written. */
  ZERO_TAIL {
    @Override
    void to(Path file, Random random) throws IOException {
      overwrite(file, Math.max(0, Files.size(file) - BLOCK), new byte[BLOCK]);
    }
  },
  /** All of it was never written. */
  ZERO {
    @Override
    void to(Path file, Random random) throws IOException {
      overwrite(file, 0, new byte[(int) Files.size(file)]);
    }
  },
  /** It holds something else. */
  GARBAGE {
    @Override
    void to(Path file, Random random) throws IOException {
      byte[] garbage = new byte[(int) Files.size(file)];
      random.nextBytes(garbage);
      overwrite(file, 0, garbage);
    }
  },
  /** One bit is wrong. */
  FLIP {
    @Override
    void to(Path file, Random random) throws IOException {
      long at = at(Files.size(file), random);
      try (FileChannel channel = open(file)) {
        ByteBuffer one = ByteBuffer.allocate(1);
        if (channel.read(one, at) == 1) {
          one.put(0, (byte) (one.get(0) ^ 1 << random.nextInt(8)));
          channel.write(one.flip(), at);
        }
      }
    }
  };

  private static final int BLOCK = 4096;

  /** Damages a file. */
  abstract void to(Path file, Random random) throws IOException;

  /** Whether it is another one each time. */
  boolean varies() {
    return this == FLIP || this == CUT || this == ZERO_BLOCK || this == TORN;
  }

  private static long at(long size, Random random) {
    return size == 0 ? 0 : (long) (random.nextDouble() * size);
  }

  private static void cut(Path file, long size) throws IOException {
    try (FileChannel channel = open(file)) {
      channel.truncate(size);
    }
  }

  private static void overwrite(Path file, long at, byte[] bytes) throws IOException {
    try (FileChannel channel = open(file)) {
      int length = (int) Math.min(bytes.length, channel.size() - at);
      channel.write(ByteBuffer.wrap(bytes, 0, length), at);
    }
  }

  private static FileChannel open(Path file) throws IOException {
    return FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE);
  }
}
