/**
 * What has to change, in which order and with which hazards; pure. Start with {@link
 * org.partitionproxy.plan.Differ}.
 */
@NullMarked
package org.partitionproxy.plan;

import org.jspecify.annotations.NullMarked;
