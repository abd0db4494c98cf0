/**
 * What demos are made of: a working copy of an example ({@link
 * org.partitionproxy.demo.DemoFolder}), an application that writes ({@link
 * org.partitionproxy.demo.EventWriter}, {@link org.partitionproxy.demo.ChatWriter}, {@link
 * org.partitionproxy.demo.OperationGenerator}), and a look at what became of it ({@link
 * org.partitionproxy.demo.EventPartitionReader}, {@link org.partitionproxy.demo.OperationsLook}).
 */
@NullMarked
package org.partitionproxy.demo;

import org.jspecify.annotations.NullMarked;
