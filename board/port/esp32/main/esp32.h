/* The parts of this port, as port.c puts them together. One task, the phone's, calls everything here but the handlers of events and interrupts. */
#ifndef ESP32_H
#define ESP32_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Pins; NO_PIN is left alone. */
typedef enum PinDrive { PIN_PUSHES, PIN_PULLS_LOW } PinDrive;
void pinOutput (int8_t pin, PinDrive drive, bool level);
void pinInput (int8_t pin);

/* The I2C bus that screen, keys and codec share. An address that does not answer costs nothing but the time. */
void busStart (void);
bool busAnswers (uint8_t address);
bool busWrite (uint8_t address, const uint8_t * bytes, size_t length);
bool busRead (uint8_t address, const uint8_t * command, size_t commandLength, uint8_t * into, size_t length);

void serialStart (void);
void screenStart (void);
void keysStart (void);
void soundStart (void);
void flashStart (void);
void netStart (void);
void clockStart (void);

/* The network has an address: the time can be asked for. */
void clockNetworkIsUp (void);

/* Waits for a packet, at most so long. */
void netWait (int64_t ms);

/* True while somebody listens to the microphone or a key may be bouncing: then sleep is short. */
bool soundRuns (void);
bool keysMove (void);

#endif
