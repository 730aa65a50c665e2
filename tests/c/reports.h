/* Every function that sends something, for tests that care how it ends and not what is sent. */
#ifndef HWMQTT_TEST_REPORTS_H
#define HWMQTT_TEST_REPORTS_H

/* Calls all of them; `text` is every plain argument and `json` every one that carries JSON. Either may be NULL. */
void EveryReport(char *text, char *json);
/* Calls all of them with NULL in place of lists and structs, and with counts that fit nothing. */
void EveryReportOfNothing(void);

#endif
