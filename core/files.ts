export type { Change } from './vfs/changes.ts'
export type { DiskFiles, DiskOptions, ModeFiles } from './vfs/disk.ts'
export { diskFiles } from './vfs/disk.ts'
export type {
  Entry,
  EntryType,
  Files,
  FileStat,
  Looked,
  RenamableFiles,
  SettlingFiles,
  Stamp,
  SyncFiles,
  UseRead,
  WritableFiles,
} from './vfs/file-system.ts'
export type { Gate, GateOptions } from './vfs/gate.ts'
export { createGate, parsePath, resolvePath } from './vfs/gate.ts'
export type { GitFiles, GitOptions } from './vfs/git.ts'
export { gitFiles } from './vfs/git.ts'
export { recoverCommit } from './vfs/journal.ts'
export type { Layered } from './vfs/layer.ts'
export { layerFiles } from './vfs/layer.ts'
export type { MemoryFiles, MemoryOptions } from './vfs/memory.ts'
export { memoryFiles } from './vfs/memory.ts'
export type { Mounted, MountOptions } from './vfs/mount.ts'
export { mountFiles } from './vfs/mount.ts'
export type { NodeFs, NodeFsOptions } from './vfs/node-fs.ts'
export { nodeFsOf } from './vfs/node-fs.ts'
export type { NodeDirent, NodeError, NodeStats } from './vfs/node-shapes.ts'
export type { PackageFiles, PackageOptions } from './vfs/package.ts'
export { packageFiles } from './vfs/package.ts'
export type { Path } from './vfs/path.ts'
export type { Regions } from './vfs/regions.ts'
export { renamePath } from './vfs/rename.ts'
export type { Snapshot, Workspace, WorkspaceLimits, WorkspaceOptions } from './vfs/workspace.ts'
export { createWorkspace } from './vfs/workspace.ts'
export type { WorkspaceView } from './vfs/view.ts'
