# Prints each number of its input as a Roman numeral.
BEGIN {
    # largest first; the subtractive pairs stand among them
    split("1000 900 500 400 100 90 50 40 10 9 5 4 1", value, " ")
    split("M CM D CD C XC L XL X IX V IV I", sign, " ")
}
{
    text = ""
    for (i = 1; i <= 13; i++)
        while ($1 >= value[i]) { text = text sign[i]; $1 -= value[i] }
    print text
}
