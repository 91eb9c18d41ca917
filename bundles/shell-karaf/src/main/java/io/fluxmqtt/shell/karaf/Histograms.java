package io.fluxmqtt.shell.karaf;

import io.fluxmqtt.api.admin.Histogram;

/** What histograms say. */
final class Histograms {
  private Histograms() {}

  /**
   * The bound below which a part of the values lies, as narrow as the classes are; infinite if the
   * last class, which has none, is needed, or there are no values.
   */
  static double bound(Histogram histogram, double part) {
    double wanted = histogram.count() * part;
    long seen = 0;
    for (int i = 0; i < histogram.bounds().size(); i++) {
      seen += histogram.counts().get(i);
      if (seen > 0 && seen >= wanted) {
        return histogram.bounds().get(i);
      }
    }
    return Double.POSITIVE_INFINITY;
  }
}
