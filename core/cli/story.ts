import type { OperationStory, StoryStep } from '../index.ts'
import { counted, type painter, table, visible } from './print.ts'
import { formatMs } from './report.ts'

type Paint = ReturnType<typeof painter>

/** What happened to an operation, in words, one thing a line with its time. */
export function tellStory(story: OperationStory, paint: Paint): string {
  const { group, operation, kind, status, attempts, reruns, ranMs, queuedMs } = story
  const counts = [
    ...(attempts > 1 ? [`${attempts} attempts`] : []),
    ...(reruns > 0 ? [counted(reruns, 'rerun')] : []),
  ]
  const figures = [`waited ${formatMs(queuedMs)}`, `ran ${formatMs(ranMs)}`, ...counts].join(', ')
  const head = `${paint('bold', visible(`${group}/${operation}`))} ${kind} ${paint('bold', status)} ${paint('dim', figures)}`
  const told = [...beginning(story), ...story.steps.map(asTold), ...ending(story)]
  const inOrder = told.toSorted((a, b) => (a.at ?? Infinity) - (b.at ?? Infinity))
  const rows = inOrder.map(({ at, text }) => [`  ${at === null ? '' : formatMs(at)}`.padEnd(10), text])
  return [head, table(rows.length > 0 ? rows : [['  nothing is recorded of it']])].join('\n')
}

interface Told {
  readonly at: number | null
  readonly text: string
}

function asTold(step: StoryStep): Told {
  return { at: step.at, text: sentence(step) }
}

function beginning({ startedAt }: OperationStory): readonly Told[] {
  return startedAt === null ? [] : [{ at: startedAt, text: 'started' }]
}

function ending({ endedAt, status, error, cache }: OperationStory): readonly Told[] {
  const said = cache ? [{ at: endedAt, text: cacheSentence(cache) }] : []
  if (endedAt === null || status === 'skipped') return said
  const why = error && status !== 'done' ? `${status}: ${error.message}` : status
  return [...said, { at: endedAt, text: visible(why) }]
}

function cacheSentence(cache: NonNullable<OperationStory['cache']>): string {
  return cache.hit
    ? `taken from the result cache, ${formatMs(cache.ageMs)} old; inputs: ${visible(cache.inputs.join(', '))}`
    : `not in the result cache: ${visible(cache.because)}`
}

function sentence(step: StoryStep): string {
  switch (step.type) {
    case 'waited':
      return step.for === null
        ? 'could start but for an earlier operation, and waited'
        : `waited for ${visible(`${step.for.group}/${step.for.operation}`)}, which touches the same`
    case 'ran-again':
      return `ran again: "${visible(step.path)}" was changed by an earlier operation after it was read`
    case 'retried':
      return `failed and was tried again after ${formatMs(step.delayMs)}: ${visible(step.error.message)}`
    case 'fell-back':
      return `run once more with nothing beside it: ${visible(step.error.message)}`
    case 'record-stale':
      return `what was recorded did not hold any more: "${visible(step.path)}" has changed since`
    case 'skipped':
      return visible(step.because)
    case 'held-back':
      return 'not run, because it may have run already'
    case 'cut-short':
      return 'was about to run when the process ended; nobody knows how far it came'
  }
}
