/** Faults of the executor that its tests are shown to find. */
export type PlantedFault =
  /** What an operation has read is never looked at again. */
  | 'no-validation'
  /** Paths found absent, or folders listed, are not recorded. */
  | 'no-absences'
  | 'no-listings'
  /** What a failed try had read is forgotten when it is tried again. */
  | 'lost-retry-reads'
  /** What a later operation wrote is shown to an earlier one. */
  | 'later-writer-shown'
  /** A group grows by what its operations gave ahead of their turn, and stays so when they give something else. */
  | 'orphaned-children'
