#include "../programs/twin.h"

const volatile u8 BYTE = 200;
const volatile u16 WORD = 60000;

SEC("xdp")
long prog(void *ctx)
{
	u8 byte = BYTE + 100;
	u16 word = WORD * 3;
	byte += (u8)word;
	word -= byte;
	if (byte > 100)
		word ^= 0x1234;
	return word + byte;
}
