import { Volume } from 'memfs'
import { layerFiles } from '../../../core/vfs/layer.ts'
import { memoryFiles } from '../../../core/vfs/memory.ts'
import type { Path } from '../../../core/vfs/path.ts'
import { createWorkspace } from '../../../core/vfs/workspace.ts'
import { say } from './say.ts'

/** Reads and stats of small files: from a workspace that holds them, from memfs, and through more and more layers. */
const count = 1_000
const rounds = 40
const paths = Array.from({ length: count }, (_, index) => `folder-${index % 20}/file-${index}.md` as Path)
const text = 'a line of some length\n'.repeat(20)

/** Microseconds for each call, the best of some rounds. */
function time(call: (path: Path) => unknown): number {
  let best = Infinity
  for (let round = 0; round < rounds; round++) {
    const since = performance.now()
    for (const path of paths) call(path)
    best = Math.min(best, performance.now() - since)
  }
  return (best * 1_000) / count
}

const volume = new Volume()
for (const path of paths) {
  volume.mkdirSync(`/${path.slice(0, path.indexOf('/'))}`, { recursive: true })
  volume.writeFileSync(`/${path}`, text)
}
const workspace = createWorkspace(memoryFiles())
for (const path of paths) await workspace.write(path, text)

const bottom = memoryFiles(Object.fromEntries(paths.map((path) => [path, text])))
const layered = (count: number) => {
  const [first = bottom, ...upper] = Array.from({ length: count - 1 }, () =>
    memoryFiles({ 'elsewhere/other.md': text }),
  )
  return first === bottom ? layerFiles(bottom) : layerFiles(first, ...upper, bottom)
}
const through = createWorkspace(bottom)
const one = layered(1)
const five = layered(5)
say({
  ms: 0,
  ours: time((path) => workspace.sync!.read(path)),
  memfs: time((path) => volume.readFileSync(`/${path}`)),
  stat: time((path) => workspace.sync!.stat(path)),
  memfsStat: time((path) => volume.statSync(`/${path}`)),
  base: time((path) => bottom.sync.read(path)),
  through: time((path) => through.sync!.read(path)),
  baseStat: time((path) => bottom.sync.stat(path)),
  throughStat: time((path) => through.sync!.stat(path)),
  readOne: time((path) => one.sync!.read(path)),
  readFive: time((path) => five.sync!.read(path)),
  statOne: time((path) => one.sync!.stat(path)),
  statFive: time((path) => five.sync!.stat(path)),
})
