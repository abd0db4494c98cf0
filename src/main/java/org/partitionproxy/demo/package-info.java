/**
 * What {@code ppp demo events} is made of: a working copy of its example ({@link
 * org.partitionproxy.demo.DemoFolder}), an application that writes ({@link
 * org.partitionproxy.demo.EventWriter}), and a look at the partitions that it writes to ({@link
 * org.partitionproxy.demo.EventPartitionReader}).
 */
@NullMarked
package org.partitionproxy.demo;

import org.jspecify.annotations.NullMarked;
