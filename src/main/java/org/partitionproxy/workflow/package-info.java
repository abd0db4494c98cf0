/**
 * Long work in steps, journalled in the ledger of the shard where its data is, so that any process
 * can go on where one was killed. Knows nothing of what the work is. Start with {@link
 * org.partitionproxy.workflow.Workflows}.
 */
@NullMarked
package org.partitionproxy.workflow;

import org.jspecify.annotations.NullMarked;
