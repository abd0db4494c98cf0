/**
 * The main path, from shards.yaml to servers that match it; it only composes the other packages.
 * Start with {@link org.partitionproxy.provision.Provisioner}.
 */
@NullMarked
package org.partitionproxy.provision;

import org.jspecify.annotations.NullMarked;
