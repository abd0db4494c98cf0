/**
 * The main path as users meet it: real servers, the real command line, and things that go wrong.
 * Start with {@link org.partitionproxy.scenario.Scene}.
 */
@NullMarked
package org.partitionproxy.scenario;

import org.jspecify.annotations.NullMarked;
