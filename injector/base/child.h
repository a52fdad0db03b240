/*
 * What a child gives up, between fork and the work that somebody else's bytes decide.
 */
#ifndef BASE_CHILD_H
#define BASE_CHILD_H

#include <sys/resource.h>
#include <sys/types.h>

/*
 * Nothing of the parent's event loop stays: its signal handlers and masks, its descriptors above
 * `last`. What the child writes to files or cores is nothing.
 */
void child_separate(int last);
/*
 * Becomes that user, without a way back, and without processes of its own; needs no right of root
 * any more. Ends with its parent. Returns 0, or -1 with errno.
 */
int child_become(uid_t uid, gid_t gid);
void child_limit(int resource, rlim_t most);
/* What stood at these descriptors, of 0 to 2, goes nowhere from now on. Returns 0, or -1 with errno. */
int child_mute(int first, int last);

#endif
