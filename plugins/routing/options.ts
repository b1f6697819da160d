/** Options of the plugin. */
export interface RoutingOptions {
  /** Points that a command gets more, or less, than the evidence gives it: `{ task: 0.5 }`. */
  readonly prefer: Readonly<Record<string, number>>
}
