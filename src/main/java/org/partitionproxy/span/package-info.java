/**
 * Traces as OpenTelemetry spans, for a collector or a file. Start with {@link
 * org.partitionproxy.span.SpanExport}. Nothing else in ppp knows OpenTelemetry, so that its classes
 * are loaded only where spans are asked for.
 */
@NullMarked
package org.partitionproxy.span;

import org.jspecify.annotations.NullMarked;
