import type { OperationCall } from 'heddle'
import { checkoutState } from './checkout.ts'
import type { QueueSettings } from './settings.ts'

/** Where a call is made: elsewhere, on this state of the checkout; or here, for a reason. */
export type CallPlace = { readonly checkout: string | null } | { readonly here: string }

/** Decides where calls are made. */
export interface Placer {
  placeOf(call: OperationCall): Promise<CallPlace>
}

/** For a run in this folder. What it is at the start is looked at before the run can change anything. */
export async function createPlacer(folder: string | null, { lanes }: QueueSettings): Promise<Placer> {
  const look = async (): Promise<string | null> => (folder === null ? null : checkoutState(folder))
  const atStart = await look()

  return {
    async placeOf({ kind, claims }) {
      if (!lanes.includes(kind.lane)) return { here: `the lane "${kind.lane}" is not given to workers` }
      const isProgram = kind.untraced === true
      if (isProgram && kind.effects !== 'external')
        return { here: 'its programs run on an overlay of this project' }
      if (!isProgram) return { checkout: atStart }
      if (claims.writes?.length !== 0)
        return { here: 'its programs may write, and what they write belongs to this project' }
      const now = await look()
      if (now === null)
        return { here: 'the project is not a git checkout, so nobody can say what a worker has' }
      if (now !== atStart) return { here: 'this run has changed files, which workers do not have' }
      return { checkout: now }
    },
  }
}
