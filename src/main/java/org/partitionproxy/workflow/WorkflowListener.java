package org.partitionproxy.workflow;

/** Hears what this process does with workflows. */
public interface WorkflowListener {

  WorkflowListener SILENT =
      new WorkflowListener() {
        @Override
        public void begins(WorkflowId id) {}

        @Override
        public void step(String name) {}
      };

  /** It works on this one now. */
  void begins(WorkflowId id);

  /** A step of it begins. */
  void step(String name);
}
