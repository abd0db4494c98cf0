package org.partitionproxy.cli;

import org.partitionproxy.console.ProgressLine;
import org.partitionproxy.convert.ConversionListener;

/** Shows how far a conversion is. */
final class ConversionProgress implements ConversionListener {

  private final ProgressLine line;

  ConversionProgress(ProgressLine line) {
    this.line = line;
  }

  @Override
  public void begins(String what, String unit, long total) {
    line.begin(what, unit, (int) Math.min(Integer.MAX_VALUE, total));
  }

  @Override
  public void advances(long by) {
    line.advance((int) Math.min(Integer.MAX_VALUE, by));
  }

  @Override
  public void says(String text) {
    line.say(text);
  }
}
