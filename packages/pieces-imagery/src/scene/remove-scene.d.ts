import type { Piecework } from '@piecework/core';
import { type Database } from '@piecework/core/piece';
import type { SceneFiles } from '../files/scene-files.js';
export interface RemoveSceneHost {
    readonly database: Database;
    readonly files: SceneFiles;
    readonly piecework: Pick<Piecework, 'jobs'>;
}
/**
 * Takes a scene out of all projects and deletes it; its file, unless another scene has the same. Throws
 * `imagery/scene-busy` as long as exports render it: do it again when they have ended. Nothing there is no error.
 */
export declare function removeScene({ database, files, piecework }: RemoveSceneHost, id: string): Promise<void>;
//# sourceMappingURL=remove-scene.d.ts.map