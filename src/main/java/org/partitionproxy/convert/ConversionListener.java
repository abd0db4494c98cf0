package org.partitionproxy.convert;

/** Hears how far a conversion is; called by several threads. */
public interface ConversionListener {

  ConversionListener SILENT =
      new ConversionListener() {
        @Override
        public void begins(String what, String unit, long total) {}

        @Override
        public void advances(long by) {}

        @Override
        public void says(String line) {}
      };

  /**
   * @param what with a verb: {@code "copying"}
   * @param total about so many
   */
  void begins(String what, String unit, long total);

  void advances(long by);

  /** A line that stays. */
  void says(String line);
}
