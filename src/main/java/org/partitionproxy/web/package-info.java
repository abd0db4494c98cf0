/**
 * A page that shows traces as they come: a map with its traffic, their trees, what was wasted, and
 * the combined plan of each. Served on loopback, for whoever has its address. Start with {@link
 * org.partitionproxy.web.TracePage}.
 */
@NullMarked
package org.partitionproxy.web;

import org.jspecify.annotations.NullMarked;
