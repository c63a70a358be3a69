/* A chip that is none: what the port calls of ESP-IDF, and what a scenario does to it. Everything that goes out is printed. */
#ifndef FAKE_H
#define FAKE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

extern int64_t fakeNow;                                             /* milliseconds */

/* GPIO: a contact joins two pins; a pin that is an input may be held low, and its edges may be told. */
void fakeContact (int one, int other, bool closed);
void fakeHold (int pin, bool low);
void fakeEdge (int pin);

/* I2C: who answers, and the bytes that the next reads from there give, one read each. */
void fakeAnswers (uint8_t address);
void fakeReads (uint8_t address, const char * bytes, size_t length);
extern bool fakeShowsI2c;

/* SPI: an ST7789 of 320 x 320 pixels takes what is sent. */
bool fakePixel (unsigned x, unsigned y);
extern bool fakeIsOn, fakeIsInverted;

/* I2S: what the microphone has, as words for both slots, and what the speaker got. */
void fakeHears (const int32_t * words, size_t count);
size_t fakePlayed (int32_t * words, size_t room);

/* Flash: after so many more bytes or erased sectors the power is cut, and fakeCut returns to the setjmp of the scenario. */
extern int fakeFlashLeft;
void fakeCutTo (void * jump);

/* Wi-Fi: the handlers' turn. */
void fakeWifi (int32_t event, uint8_t reason);
void fakeAddress (int32_t event, const uint8_t * address);
void fakeServer (unsigned index, const uint8_t * address);
extern uint8_t fakeRefusal;                                         /* why every attempt fails at once; 0 for none does */

/* Sockets: a packet for the socket that is bound to a port; port 0 is the raw one. */
void fakePacket (uint16_t port, const uint8_t * from, uint16_t fromPort, const uint8_t * bytes, size_t length);
/* A server for TCP gives these bytes in pieces of so many, one each millisecond, and then ends or stays silent. */
void fakeServes (const uint8_t * bytes, size_t length, size_t piece, bool ends, int error);
extern size_t fakeTakes;                                            /* of what is written without waiting, so much more */
extern int fakeSendError;
extern int64_t fakeWaited;
extern int64_t fakeClockSec;                                        /* what the calendar shows at millisecond 0, once somebody has set it */

/* Bytes that the USB console takes at once. */
void fakeSerial (uint32_t room);

/* The reset that comes next. */
void fakeReset (int reason);
extern bool fakeIsQuiet;                                            /* what is set up is not printed */

#endif
