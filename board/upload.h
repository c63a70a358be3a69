/* A module that comes in over the console, in frames between what people type there. */
#ifndef UPLOAD_H
#define UPLOAD_H

#include <stdbool.h>
#include <stdint.h>

/* What a byte of the console was: one for the line editor, a part of a frame, the end of one that has been worked on, or of one with a line for the editor. */
typedef enum UploadByte { UPLOAD_TYPED, UPLOAD_PART, UPLOAD_FRAME, UPLOAD_TEXT } UploadByte;
UploadByte uploadByte (uint8_t byte);

/* The line of the frame that has just ended, without its end. */
const uint8_t * uploadText (uint32_t * length);

/* Ends an upload that does not go on; when that is due. */
void uploadFollow (void);
int64_t uploadSoonest (void);

/* The command `update` of the board; false when it has no such form. */
bool uploadCommand (const char * words);

#endif
