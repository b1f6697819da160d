import { defineGroup, type Group, type Path, type Planning, write } from 'heddle'
import type { CycleStore } from './cycle-store.ts'
import { noSnapshot } from './findings.ts'

/** One group that puts the files of the last green phase back; what has come since is left. Gives none, and a report, without one. */
export async function planRollback(
  planning: Planning,
  component: string,
  cycles: CycleStore,
): Promise<readonly Group[]> {
  const kept = (await cycles.read(component))?.green?.files
  if (!kept) {
    planning.report(noSnapshot(component))
    return []
  }
  const now = await Promise.all(kept.map(({ path }) => textOf(planning.files, path)))
  const changed = kept.filter(({ text }, index) => now[index] !== text)
  return [
    defineGroup({
      name: 'rollback',
      operations: changed.map(({ path, text }) => write({ path, text }, { name: path })),
      synthesise: (outcomes) => ({
        summary:
          outcomes.length === 0
            ? [`"${component}" is as it was in the last green phase`]
            : outcomes.map(({ name, status }) => `${name}: ${status === 'done' ? 'taken back' : status}`),
      }),
    }),
  ]
}

async function textOf(files: Planning['files'], path: string): Promise<string | undefined> {
  const entry = await files.stat(path as Path)
  return entry?.type === 'file' ? new TextDecoder().decode(await files.read(path as Path)) : undefined
}
