/** How many nodes, and which earlier ones each needs: three of the last eighty. */
export interface Dag {
  readonly size: number
  needs(node: number): readonly number[]
}

/** A graph in which some seven nodes may run at any time. */
export function createDag(size: number): Dag {
  return {
    size,
    needs: (node) =>
      [7 + (node % 5), 17 + (node % 13), 41 + (node % 31)]
        .map((distance) => node - distance)
        .filter((needed) => needed >= 0),
  }
}
