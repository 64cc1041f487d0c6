import fs from 'node:fs';
import path from 'node:path';

/**
 * Runs `work` while no other process on this machine runs under the same lock. The lock is a folder that holds its
 * owner's process id; one whose owner is gone is taken over.
 */
export async function withLock(folder, work) {
  fs.mkdirSync(path.dirname(folder), { recursive: true });
  const owner = path.join(folder, 'pid');
  let said = false;
  for (;;) {
    try {
      fs.mkdirSync(folder);
      fs.writeFileSync(owner, String(process.pid));
      break;
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
    }
    if (abandoned(folder, owner)) {
      // Renaming is atomic: of several waiters only one removes the old lock.
      const old = `${folder}.${process.pid}`;
      try {
        fs.renameSync(folder, old);
        fs.rmSync(old, { recursive: true, force: true });
      } catch (error) {
        if (error.code !== 'ENOENT') throw error;
      }
      continue;
    }
    if (!said) console.log(`Waiting for another process that is doing the same (${folder})`);
    said = true;
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
  const release = () => fs.rmSync(folder, { recursive: true, force: true });
  process.once('exit', release);
  try {
    return await work();
  } finally {
    process.removeListener('exit', release);
    release();
  }
}

function abandoned(folder, owner) {
  try {
    const pid = Number(fs.readFileSync(owner, 'utf8'));
    if (!pid) return false;
    process.kill(pid, 0);
    return false;
  } catch (error) {
    if (error.code === 'ESRCH') return true;
    if (error.code === 'EPERM') return false;
    if (error.code !== 'ENOENT') throw error;
    // The owner may be between making the folder and writing its id; after a while it never will.
    const age = fs.existsSync(folder) ? Date.now() - fs.statSync(folder).mtimeMs : 0;
    return age > 10_000;
  }
}
