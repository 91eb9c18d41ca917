package io.fluxmqtt.itests.bench.start;

/** One start: from exec to the line that says ready, CPU until then, memory some seconds later. */
record Figures(double readyMillis, double cpuMillis, double rssMegabytes) {}
