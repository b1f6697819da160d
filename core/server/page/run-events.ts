import { useEffect, useState } from 'preact/hooks'
import type { RunEvent } from '../../index.ts'

/** A run as it is followed. */
export interface Following {
  readonly events: readonly RunEvent[]
  /** True when there is no more to come. */
  readonly isOver: boolean
}

const gatherMs = 50
const types = [
  'run-started',
  'operation-started',
  'operation-ended',
  'operation-waiting',
  'operation-rerun',
  'operation-retried',
  'operation-fell-back',
  'operation-settled',
  'group-settled',
  'finding',
  'run-settled',
] as const satisfies readonly RunEvent['type'][]

/** What happens in a run, as it happens; gathered for a moment, so that a fast run is not drawn a thousand times. */
export function useRunEvents(id: string): Following {
  const [following, setFollowing] = useState<Following>({ events: [], isOver: false })
  useEffect(() => {
    const source = new EventSource(`/api/runs/${id}/events`)
    const events: RunEvent[] = []
    let timer: ReturnType<typeof setTimeout> | undefined
    const show = (isOver: boolean): void => {
      clearTimeout(timer)
      timer = undefined
      setFollowing({ events: [...events], isOver })
    }
    for (const type of types)
      source.addEventListener(type, (message) => {
        events.push(JSON.parse(message.data as string) as RunEvent)
        if (type === 'run-settled') {
          source.close()
          show(true)
        } else timer ??= setTimeout(() => show(false), gatherMs)
      })
    // The stream of a run that was cut short ends without a report; it would only tell the same again.
    source.addEventListener('error', () => {
      source.close()
      show(true)
    })
    return () => {
      clearTimeout(timer)
      source.close()
    }
  }, [id])
  return following
}
