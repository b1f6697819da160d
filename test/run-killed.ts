import { machineDisk } from '../core/run/run-disk.ts'
import { openProject } from './kept-project.ts'

// Started by journal.test.ts: runs the project and kills itself at a moment: `step:N` before the call on the journal's disk with
// that number, `call:NAME` when the operation is called, `record:TYPE` when a record of that type was written.
const [root, bell, moment] = process.argv.slice(2) as [string, string, string]
const [what, which] = moment.split(':')
let count = 0

function die(): void {
  process.kill(process.pid, 'SIGKILL')
}

function dieAt(): void {
  if (count++ === Number(which) && what === 'step') die()
}

const { create, syncFolder } = machineDisk
Object.assign(machineDisk, {
  create(path: string, bytes: string) {
    dieAt()
    const file = create(path, bytes)
    return (
      file && {
        append(bytes: string | Uint8Array) {
          dieAt()
          file.append(bytes)
          if (what === 'record' && bytes.toString().includes(`{"t":"${which}"`)) die()
        },
        sync() {
          dieAt()
          return file.sync()
        },
        close: () => file.close(),
      }
    )
  },
  syncFolder(path: string) {
    dieAt()
    return syncFolder(path)
  },
})
const framework = await openProject(root, bell, (name) => {
  if (what === 'call' && name === which) die()
})
process.stdout.write('ready\n')
const { status } = await framework.run('go')
await framework.dispose()
process.stdout.write(`${status} after ${count} steps\n`)
