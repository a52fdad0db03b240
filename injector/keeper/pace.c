/*
 * When the network hears what it is told. Pure: no clock, no socket, no log.
 */
#include "keeper/pace.h"

void
pace_session(struct pace *p, bool up, int64_t now)
{
	if (!up)
		*p = (struct pace){ 0 };
	p->out_at[0] = p->out ? now : 0;
	p->out_at[1] = 0;
}

/* OSPF sends the first change at once, those that come soon behind it together, `twice` later. */
static void
note(int64_t *at, bool out, int64_t twice, int64_t now)
{
	if (!out || *at == 0 || now >= *at + twice)
		*at = now;
	else if (now >= *at)
		*at += twice;
}

void
pace_changed(struct pace *p, int64_t twice, int64_t now)
{
	note(&p->out_at[0], p->out, twice, now);
	note(&p->out_at[1], p->out, twice, now);
	p->out = true;
	p->off_at = 0;
}

void
pace_ended(struct pace *p, int64_t now)
{
	*p = (struct pace){ .off_at = now };
}

int64_t
pace_held_until(const struct pace *p, int64_t hold)
{
	int64_t at = p->out_at[0] > p->out_at[1] ? p->out_at[0] : p->out_at[1];

	return at == 0 || hold == 0 ? 0 : at + hold;
}

int64_t
pace_gap_until(const struct pace *p, int64_t hold)
{
	return p->off_at == 0 ? 0 : p->off_at + (hold < PACE_GAP_MS ? hold : PACE_GAP_MS);
}
