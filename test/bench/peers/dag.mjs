// The same graph as dag.ts, which is not compiled for peers.
export function createDag(size) {
  return {
    size,
    needs: (node) =>
      [7 + (node % 5), 17 + (node % 13), 41 + (node % 31)]
        .map((distance) => node - distance)
        .filter((needed) => needed >= 0),
  }
}
