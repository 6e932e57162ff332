package recommend

import (
	"fmt"
	"strconv"
	"strings"
)

// decimals are those of a currency's minor unit, by ISO 4217.
func decimals(currency string) int {
	switch currency {
	case "BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "VND", "VUV", "XAF", "XOF", "XPF":
		return 0
	case "BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND":
		return 3
	}
	return 2
}

// currencyCode refuses what has not the form of an ISO 4217 code: a price in
// "usd" would be found by nobody.
func currencyCode(code string) error {
	if len(code) == 3 && strings.Trim(code, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") == "" {
		return nil
	}
	return fmt.Errorf("%q is no currency: use its ISO 4217 code, such as USD or CNY", code)
}

// minor reads a decimal number, "299", "299.5" or "299.00", as minor units.
func minor(s, currency string) (int64, error) {
	whole, frac, _ := strings.Cut(s, ".")
	places := decimals(currency)
	n, err := strconv.ParseUint(whole, 10, 40)
	if err != nil || len(frac) > places || strings.Trim(frac, "0123456789") != "" {
		return 0, fmt.Errorf("price %q: write a decimal number with at most %d places, such as %s", s, places, digits(29900, places))
	}
	for i := range places {
		n *= 10
		if i < len(frac) {
			n += uint64(frac[i] - '0')
		}
	}
	return int64(n), nil
}

// digits writes minor units as a decimal number.
func digits(minor int64, places int) string {
	s := fmt.Sprintf("%0*d", places+1, minor)
	if places == 0 {
		return s
	}
	return s[:len(s)-places] + "." + s[len(s)-places:]
}

// Price writes an amount in minor units of an ISO 4217 currency, without places
// that are all zero: "¥299", "$39.90", "1800 JPY".
func Price(minor int64, currency string) string {
	sign, currency := "", strings.ToUpper(currency)
	if minor < 0 {
		sign, minor = "-", -minor
	}
	places := decimals(currency)
	n := digits(minor, places)
	if places > 0 {
		n = strings.TrimSuffix(n, "."+strings.Repeat("0", places))
	}
	switch currency {
	case "CNY":
		return sign + "¥" + n
	case "USD":
		return sign + "$" + n
	case "EUR":
		return sign + "€" + n
	}
	return strings.TrimSpace(sign + n + " " + currency)
}
